import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; true unless it was there. Not by mkdir's own `recursive`: where a folder
 * can't be made in a parent that is there and the system calls that ENOENT (/proc), Node tries for ever.
 */
export async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isFolder(folder))) return false;
    if (code !== 'ENOENT' || (await isFolder(dirname(folder)))) throw error;
  }
  await makeFolder(dirname(folder));
  return makeFolder(folder);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
