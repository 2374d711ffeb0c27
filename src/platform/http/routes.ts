import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../ledger/errors.js';
import { bodyLimitOf } from './body.js';

interface Route {
  segments: string[];
  methods: Set<string>;
}

/** Knows every route, for what Fastify can't say: whether a path that didn't match exists for another method. */
export function collectRoutes(fastify: FastifyInstance): (request: FastifyRequest) => Problem {
  const routes = new Map<string, Route>();
  fastify.addHook('onRoute', (options) => {
    options.bodyLimit = bodyLimitOf(options.url);
    const route = routes.get(options.url) ?? { segments: options.url.split('/'), methods: new Set() };
    for (const method of [options.method].flat()) route.methods.add(method);
    routes.set(options.url, route);
  });
  return (request) => {
    const path = request.url.split('?', 1)[0]!.split('/');
    const allow = [...routes.values()].filter(({ segments }) => matches(segments, path));
    if (allow.length === 0) return new Problem('ROUTE_NOT_FOUND', 'there is nothing at this path');
    const methods = [...new Set(allow.flatMap((route) => [...route.methods]))].sort();
    return new Problem('METHOD_NOT_ALLOWED', `${request.method} is not one of ${methods.join(', ')}`, {
      allow: methods,
    });
  };
}

function matches(segments: string[], path: string[]): boolean {
  for (const [i, segment] of segments.entries()) {
    if (segment === '*') return true;
    const given = path[i];
    if (given === undefined || (segment.startsWith(':') ? given === '' : given !== segment)) return false;
  }
  return segments.length === path.length;
}
