import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { query } from './stack.js';

/** More than a table that is moved there, without its indexes, needs in blocks besides its own. */
const ROOM = 128 * 1024;

/**
 * Puts a table on a disk that is all but full; where this user may not mount one, its inserts fail as they would there.
 * @returns how to make room: the table goes back
 */
export async function fillDisk(databaseUrl: string, table: string): Promise<() => Promise<void>> {
  const run = (text: string) => query<Record<string, string>>(databaseUrl, text);
  const [{ size, folder }] = (await run(
    `select pg_table_size('${table}') as size, current_setting('data_directory') as folder`,
  )) as [Record<string, string>];
  const disk = await mountDisk(Number(size) + ROOM);
  if (disk) {
    const { uid, gid } = await stat(folder!);
    await chown(disk.folder, uid, gid);
    await chmod(disk.folder, 0o700);
    await run(`create tablespace test_disk location '${disk.folder}'`);
    await run(`alter table ${table} set tablespace test_disk`);
    return async () => {
      await run(`alter table ${table} set tablespace pg_default`);
      await run('drop tablespace test_disk');
      await disk.unmount();
    };
  }
  await run(`create function public.disk_is_full() returns trigger language plpgsql
             as $$ begin raise disk_full; end $$`);
  await run(`create trigger full_disk before insert on ${table} execute function public.disk_is_full()`);
  return async () => void (await run('drop function public.disk_is_full() cascade'));
}

/** A small disk, in memory. @returns undefined when this user may not mount */
export async function mountDisk(bytes: number) {
  if (process.platform !== 'linux' || process.getuid!() !== 0) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-disk-'));
  const run = promisify(execFile);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0755`, 'tmpfs', folder]);
  } catch {
    await rmdir(folder);
    return undefined;
  }
  const unmount = async () => {
    await run('umount', [folder]);
    await rmdir(folder);
  };
  return { folder, unmount };
}
