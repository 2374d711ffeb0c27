import { expect, it } from '@jest/globals';
import { warningsOf } from './wal-settings.js';

it('warns of WAL that Debezium can’t read and of WAL that is kept without bound', () => {
  expect(warningsOf({ level: 'logical', keep: '10GB' })).toEqual([]);
  expect(warningsOf({ level: 'replica', keep: '-1' })).toEqual([
    expect.stringMatching(/^Warning: wal_level is replica/),
    expect.stringMatching(/^Warning: max_slot_wal_keep_size is -1/),
  ]);
});
