// Opens pages in a browser and prints what is wrong with them, one line each.
//
//   node pages.mjs CHROMIUM URL...
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(process.cwd() + '/')
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const [executablePath, ...urls] = process.argv.slice(2)

const patience = 10 * 60 * 1000 // which only passes where something hangs
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'], timeout: patience })
const problems = []
for (const [width, colorScheme, locale] of [[1280, 'light', 'en-US'], [1600, 'dark', 'zh-CN'], [360, 'light', 'zh-CN'], [360, 'dark', 'en-US']]) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, locale })
  context.setDefaultTimeout(patience)
  for (const url of urls) {
    const page = await context.newPage()
    const report = text => problems.push(`${url} (${width} px, ${colorScheme}, ${locale}): ${text}`)
    page.on('console', message => {
      const unknownApp = message.location().url === url && message.text().includes('status of 404')
      if (['error', 'warning'].includes(message.type()) && !unknownApp) report(`console: ${message.text()}`)
    })
    page.on('pageerror', error => report(`error: ${error.message}`))
    page.on('request', request => new URL(request.url()).host !== new URL(url).host && report(`request to ${request.url()}`))
    await page.goto(url, { waitUntil: 'networkidle' })

    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (tooWide > 0) report(`${tooWide} px wider than the screen`)
    if (await page.locator('script').count()) report('a script')

    // Every link, field and button is reached by Tab, in the order of the page, and shows it.
    const order = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary')].map((element, i) => (element.dataset.order = i)).length)
    for (let i = 0; i < order; i++) {
      await page.keyboard.press('Tab')
      const [at, outline] = await page.evaluate(() => [document.activeElement.dataset.order, getComputedStyle(document.activeElement).outlineStyle])
      if (at !== String(i)) { report(`Tab number ${i + 1} reaches ${at}, want ${i}`); break }
      if (outline === 'none') report(`the focus on element ${i} cannot be seen`)
    }

    await page.evaluate(() => document.querySelectorAll('details').forEach(details => { details.open = true }))
    await page.evaluate(axe)
    const { violations } = await page.evaluate(() => axe.run())
    for (const { id, help, nodes } of violations) report(`axe: ${id}: ${help}: ${nodes[0].html.slice(0, 200)}`)
    await page.close()
  }
  await context.close()
}
await browser.close()
for (const problem of problems) console.log(problem)
process.exit(problems.length ? 1 : 0)
