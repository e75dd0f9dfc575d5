package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// maxArchive limits all requests to the archive together.
const maxArchive = 8 * time.Second

// checkArchive takes the step archive. A file system that hangs holds up nothing.
func (o Options) checkArchive(ctx context.Context) <-chan Step {
	c := o.Settings.Config.Archive
	told := make(chan Step, 1)
	switch {
	case o.Settings.WrongArchive:
		told <- skipped(kept, wrongSettings())
		return told
	case c.None():
		told <- warning(kept, text.Both{
			English: "no archive: a restart loses the numbers, and WeChat serves only the last two days",
			Chinese: "未启用归档：重启后数据会丢失，而微信只提供最近两天的数据",
		}, text.Both{
			English: "set " + c.Setting + " to a folder",
			Chinese: "将 " + c.Setting + " 设为一个目录",
		})
		return told
	}
	limited, cancel := context.WithTimeoutCause(ctx, maxArchive, fmt.Errorf("no answer within %s", maxArchive))
	begin := time.Now()
	probed := make(chan Step, 1)
	go func() { probed <- o.probe(limited, c) }()
	go func() {
		defer cancel()
		select {
		case step := <-probed:
			told <- step.lasting(time.Since(begin))
		case <-limited.Done():
			told <- brokenArchive(c, context.Cause(limited)).lasting(time.Since(begin))
		}
	}()
	return told
}

func wrongSettings() text.Both {
	return text.Both{English: "its settings are wrong", Chinese: "相关设置有误"}
}

// probe reads from the archive and writes to it.
func (o Options) probe(ctx context.Context, c config.Archive) Step {
	if o.BucketErr != nil {
		return brokenArchive(c, o.BucketErr)
	}
	if folder, isFolder := o.Bucket.(archive.Folder); isFolder {
		missing, err := folder.Makeable()
		if err != nil {
			return brokenArchive(c, err)
		}
		if missing {
			return ok(kept, text.Both{
				English: "the folder " + c.Folder + " does not exist yet and will be created on first start",
				Chinese: "目录 " + c.Folder + " 尚不存在，首次启动时会创建",
			})
		}
	}
	if err := (archive.Archive{Bucket: o.Bucket, Demo: o.Settings.Config.Demo}).Probe(ctx); err != nil {
		return brokenArchive(c, err)
	}
	return ok(kept, text.Both{English: "readable and writable", Chinese: "可读可写"})
}

func brokenArchive(c config.Archive, err error) Step {
	return failure(kept, same(c.Setting+": "+err.Error()), archiveRemedy(c, err))
}

func archiveRemedy(c config.Archive, err error) text.Both {
	switch {
	case errors.Is(err, archive.ErrVersion):
		return text.Both{
			English: "run that later version, or set another location in " + c.Setting,
			Chinese: "请运行写入它的较新版本，或用 " + c.Setting + " 指定其他位置",
		}
	case errors.Is(err, archive.ErrDemo), errors.Is(err, archive.ErrReal):
		return text.Both{
			English: "set another location in " + c.Setting,
			Chinese: "请用 " + c.Setting + " 指定其他位置",
		}
	case errors.Is(err, archive.ErrLayout):
		return text.Both{
			English: `if the numbers are real, write {"version":2} into archive.json; otherwise set another location in ` + c.Setting,
			Chinese: `如果其中是真实数据，请将 {"version":2} 写入 archive.json；否则用 ` + c.Setting + " 指定其他位置",
		}
	case errors.Is(err, archive.ErrAltered) && c.ObjectStorage != "":
		return text.Both{
			English: "use https: remove insecure: true from the file, or use a gateway that supports aws-chunked uploads",
			Chinese: "改用 https：从该文件中删除 insecure: true，或改用支持 aws-chunked 上传的网关",
		}
	case errors.Is(err, archive.ErrDenied):
		return text.Both{
			English: "check the keys in the file and what they are allowed to do: get, put and list objects",
			Chinese: "检查该文件中的密钥及其权限：需要能读取、写入和列出对象",
		}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return text.Both{
			English: "the disk is full: free some space, or raise this user's disk quota",
			Chinese: "磁盘已满：请清理空间，或提高该用户的磁盘配额",
		}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return text.Both{
			English: "allow the user that runs the exporter to write to the folder",
			Chinese: "让运行采集器的用户可以写入该目录",
		}
	case c.ObjectStorage != "":
		return text.Both{
			English: "check the bucket, its keys and permissions, and the network",
			Chinese: "检查存储桶、密钥及其权限，以及网络",
		}
	}
	return text.Both{
		English: "check this folder and its disk, or set another folder in " + c.Setting,
		Chinese: "检查该目录及其所在磁盘是否正常，或用 " + c.Setting + " 指定其他目录",
	}
}
