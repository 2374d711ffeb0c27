import { describe, expect, it } from '@jest/globals';
import { createParts } from './parts.js';

const part = (name: string, told: string[], stop = async () => {}) => ({
  name,
  stop: async () => {
    told.push(`stop ${name}`);
    await stop();
  },
});

describe('what a launcher has started', () => {
  it('stops last first, all of it although one would not stop', async () => {
    const told: string[] = [];
    const parts = createParts((line) => told.push(line.trim()));
    parts.add(part('postgres', told));
    parts.add(part('kafka', told, () => Promise.reject(new Error('no such process'))));
    parts.add(part('connect', told));
    expect(await parts.stop()).toBe(false);
    expect(told).toEqual([
      'stop connect',
      'connect stopped',
      'stop kafka',
      'kafka could not be stopped: no such process',
      'stop postgres',
      'postgres stopped',
    ]);
  });

  it('stops in the order of what depends on what, and once what was started again', async () => {
    const told: string[] = [];
    const parts = createParts(() => {}, ['postgres', 'kafka', 'connect']);
    parts.add(part('kafka', told));
    parts.add(part('connect', told));
    parts.add(part('postgres', told));
    parts.add(part('kafka', told));
    await parts.stop();
    expect(told).toEqual(['stop connect', 'stop kafka', 'stop postgres']);
  });

  it('says from the first moment of stopping that nothing more may be started', async () => {
    const parts = createParts(() => {});
    let aborted = false;
    const { signal } = parts;
    parts.add({ name: 'kafka', stop: async () => void (aborted = signal.aborted) });
    expect(signal.aborted).toBe(false);
    expect(await parts.stop()).toBe(true);
    expect(aborted).toBe(true);
  });

  it('stops each once, however often it is told', async () => {
    const told: string[] = [];
    const parts = createParts(() => {});
    parts.add(part('kafka', told));
    await Promise.all([parts.stop(), parts.stop()]);
    expect(told).toEqual(['stop kafka']);
  });
});
