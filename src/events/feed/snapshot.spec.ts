import { describe, expect, it } from '@jest/globals';
import { cutAfter, pack, unpack } from './snapshot.js';

describe('a snapshot', () => {
  it('is cut off after the newest transaction of which it saw something', () => {
    expect(cutAfter('5:9:5,7', '8')).toBe('5:9:5,7');
    expect(cutAfter('5:20:5,7,15', '8')).toBe('5:9:5,7');
    expect(cutAfter('15:20:15', '8')).toBe('9:9:');
  });

  it.each(['', '9:9:', '5:9:5,7', '100000000000:100000000300:100000000000,100000000299'])(
    'comes back from a cursor as it was: %s',
    (snapshot) => expect(unpack(pack(snapshot))).toBe(snapshot),
  );

  it('is nothing that Postgres would refuse', () => {
    const odd = [
      '0',
      'x',
      '5.',
      '5.0',
      '-1',
      '5:9:',
      '05',
      '9'.repeat(19),
      `${'9'.repeat(18)}.`.repeat(5) + '1',
    ];
    for (const packed of odd) expect([packed, unpack(packed)]).toEqual([packed, undefined]);
  });
});
