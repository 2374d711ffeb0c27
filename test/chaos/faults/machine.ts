import { during, type Fault } from './fault.js';

/** The disk of Postgres is full: all but so little that it may fail anywhere. */
export const disk: Fault = ({ postgres }, dice) => {
  const { fillDisk } = postgres;
  if (!fillDisk) return undefined;
  const leave = dice.pick([0, 64 * 1024, 1024 * 1024]);
  const ms = dice.between(2_000, 6_000);
  return {
    what: `disk of postgres full but for ${leave} bytes, for ${ms} ms`,
    run: () => during(ms, () => fillDisk(leave), postgres.makeRoom),
  };
};

const HOUR_MS = 3_600_000;

/** The wall clock of an API process jumps by hours, there and back. */
export const clock: Fault = ({ clocks }, dice) => {
  const number = dice.below(clocks.length);
  const hours = dice.pick([-30, -5, -1, 1, 7, 30]);
  const ms = dice.between(2_000, 6_000);
  return {
    what: `clock of api-${number + 1} jumps by ${hours} h for ${ms} ms`,
    run: () =>
      during(
        ms,
        () => clocks[number]!.shift(hours * HOUR_MS),
        () => clocks[number]!.shift(0),
      ),
  };
};
