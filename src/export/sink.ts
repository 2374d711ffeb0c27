import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where an export goes. Exactly one of `finish` and `abandon` ends it. */
export interface Sink {
  /** Resolves when the bytes are taken, which holds back whoever makes them. They may be reused then. */
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

/** Written beside the file and renamed to it when it is whole and on the disk: before, nothing there changes. */
export async function fileSink(path: string): Promise<Sink> {
  const aside = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  const file = await open(aside, 'wx', 0o666);
  const abandon = async () => {
    await file.close().catch(() => {});
    await rm(aside, { force: true });
  };
  return {
    write: (bytes) => file.appendFile(bytes),
    async finish() {
      await file.sync();
      await file.close();
      await rename(aside, path);
      await syncFolder(dirname(path));
    },
    abandon,
  };
}

/** A reader that hangs up, or a full disk behind a redirection, fails the write. */
export function streamSink(stream: NodeJS.WriteStream): Sink {
  // The CLI's own listener ends the process in silence, which suits `| head`. Here half is no answer.
  stream.removeAllListeners('error').on('error', () => {});
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    async finish() {},
    async abandon() {},
  };
}

/** So that the name survives a crash too. Not every file system lets a folder be synchronised. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().catch(() => {});
  await folder.close();
}
