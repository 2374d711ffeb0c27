import { during, lasting, namesOf, someMembers, type Fault } from './fault.js';

/** SIGKILL; the supervisor starts it again. */
export const kill: Fault = (cluster, dice) => {
  const members = someMembers(cluster, dice);
  return {
    what: `kill -9 ${namesOf(members)}`,
    run: async () => void (await Promise.all(members.map((member) => member.kill9()))),
  };
};

/** SIGSTOP, and SIGCONT some seconds later, with all that it held meanwhile. */
export const stop: Fault = (cluster, dice, longestMs) => {
  const members = someMembers(cluster, dice);
  const ms = lasting(dice, longestMs);
  const all = (work: 'pause' | 'resume') => () => Promise.all(members.map((member) => member[work]()));
  return {
    what: `stop ${namesOf(members)} for ${ms} ms`,
    run: () => during(ms, all('pause'), all('resume')),
  };
};

/** In good order, as for a deployment. */
export const restart: Fault = (cluster, dice) => {
  const members = someMembers(cluster, dice);
  return {
    what: `restart ${namesOf(members)}`,
    run: async () => void (await Promise.all(members.map((member) => member.end()))),
  };
};
