import type pg from 'pg';
import { Problem } from '../ledger/errors.js';
import { schemaOf, type ProjectionName } from './projection.js';

/** No version of a projection can be read: it was never built. Who asked over HTTP is told UNAVAILABLE. */
export class NotBuilt extends Problem {
  constructor(projection: string) {
    super(
      'UNAVAILABLE',
      `projection ${projection} is not built: run \`counterfoil projections rebuild ${projection}\``,
    );
  }
}

/**
 * The schemas of the versions that readers use. Asked for by each reader, since an answer that is kept would lead to a
 * version that isn't fed any more: who asks later never sees an older state.
 * @throws NotBuilt
 */
export async function activeSchemas<Name extends ProjectionName>(
  db: Pick<pg.ClientBase, 'query'>,
  ...names: Name[]
): Promise<Record<Name, string>> {
  const { rows } = await db.query<{ projection: Name; version: number }>(
    `select projection, version from projections.versions where state = 'active' and projection = any($1)`,
    [names],
  );
  const found = new Map(rows.map(({ projection, version }) => [projection, version]));
  const schemas = names.map((name) => {
    const version = found.get(name);
    if (version === undefined) throw new NotBuilt(name);
    return [name, schemaOf({ name, version })] as const;
  });
  return Object.fromEntries(schemas) as Record<Name, string>;
}

export async function activeSchema(db: Pick<pg.ClientBase, 'query'>, name: ProjectionName): Promise<string> {
  return (await activeSchemas(db, name))[name];
}
