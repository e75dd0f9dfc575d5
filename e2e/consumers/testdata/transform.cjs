// Reads panels with their frames from the standard input, and prints what Grafana's own transformations
// make of them: the fields, by their display names, with their values.
const {JSDOM} = require('jsdom');
const {lastValueFrom} = require('rxjs');

// @grafana/data expects a browser.
const {window} = new JSDOM('', {url: 'http://localhost/'});
window.matchMedia = () => ({matches: false, addListener() {}, addEventListener() {}});
Object.assign(globalThis, {window, document: window.document, matchMedia: window.matchMedia, localStorage: window.localStorage});
const data = require('@grafana/data');

const known = new Map(Object.values(data.standardTransformers).map((transformation) => [transformation.id, transformation]));
data.standardTransformersRegistry.setInit(() =>
  [...known].map(([id, transformation]) => ({id, name: transformation.name, transformation})));

async function main() {
  const results = [];
  for (const {place, transformations, frames} of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
    const transformed = await lastValueFrom(data.transformDataFrame(transformations, frames.map((frame) => data.toDataFrame(frame))));
    results.push({
      place,
      fields: transformed.flatMap((frame) => frame.fields.map((field) =>
        ({name: data.getFieldDisplayName(field, frame, transformed), values: Array.from(field.values)}))),
    });
  }
  process.stdout.write(JSON.stringify(results));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
