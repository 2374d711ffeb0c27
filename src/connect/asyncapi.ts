/** A topic as in `connect/topics.json`. */
export interface TopicSetting {
  name: string;
  partitions: number;
  config: Record<string, string>;
}

/** A JSON Schema of `schemas/`, as far as it is looked into here. */
export interface EventSchema {
  $id: string;
  title?: string;
  description?: string;
  properties?: Record<string, EventSchema & { const?: unknown; enum?: unknown[] }>;
  examples?: Record<string, unknown>[];
  [keyword: string]: unknown;
}

/** What no file says of a topic: what is on it, and the key that keeps its events in order. */
const about: Record<string, { summary: string; key: string }> = {
  'ledger.transactions.v1': {
    summary:
      'Every transaction: postings, holds, captures, voids, expiries, reversals, and changes of their metadata.',
    key: 'The id of the root transaction: the hold of a capture, the original of a reversal.',
  },
  'ledger.accounts.v1': {
    summary: 'Accounts opened, updated, frozen, unfrozen and closed, each with the full state after it.',
    key: '{ledger}/{account}',
  },
  'wallet.events.v1': { summary: 'The wallet profile’s own events.', key: 'The account’s id.' },
  'ledger.seals.v1': { summary: 'The seals of the journal, in one partition.', key: 'The ledger.' },
  'ledger.entries.v1': {
    summary:
      'Optional, by a connector of its own: the journal’s entries row by row, in order for each account.',
    key: 'The account’s number.',
  },
  'ledger.balances.v1': {
    summary: 'Optional, by a connector of its own: the newest balance of each account, with its version.',
    key: '{ledger}/{account}',
  },
};

const promises = `What Counterfoil puts on Kafka.

- At least once; the same \`ce_id\` means the same event, byte for byte.
- Events of one root transaction are in order. For each account, \`version\` is contiguous from 1: a consumer can sort,
  drop duplicates and notice a gap without asking anyone.
- Amounts are whole minor units, and strings. Fields are only ever added within \`v1\`; a breaking change is a new topic
  \`v2\`, and both are written for a while. The number of partitions never changes within \`v1\`.
- Consumers must read committed (\`isolation.level=read_committed\`).`;

const TIME = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z$';
const bindingVersion = '0.5.0';

/** The AsyncAPI 3 document of the topics and of every schema that is there. */
export function describeEvents(topics: TopicSetting[], schemas: EventSchema[]): Record<string, unknown> {
  const events = topics.filter(({ name }) => !name.startsWith('__') && !isDeadLetters(name));
  const names = [...new Set([...events.map(({ name }) => name), ...schemas.map(topicOf)])];
  const of = (topic: string) => schemas.filter((schema) => topicOf(schema) === topic);
  const channels = names.map((name) => {
    const setting = events.find((topic) => topic.name === name);
    return [name, channelOf(name, setting, of(name))] as const;
  });
  const messages = schemas.map((schema) => [nameOf(schema), messageOf(schema)] as const);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Counterfoil events',
      version: '1',
      description: promises,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: { host: '127.0.0.1:9092', protocol: 'kafka', description: 'As `npm run stack` starts it.' },
    },
    channels: { ...Object.fromEntries(channels), deadLetters: deadLettersOf(topics) },
    operations: {
      ...Object.fromEntries(names.map((name) => [`send ${name}`, operationOf(name, of(name))])),
      'send deadLetters': operationOf('deadLetters', []),
    },
    components: { messages: { ...Object.fromEntries(messages), deadLetter } },
  };
}

/** As its description begins (`Topic ledger.transactions.v1…`), else the plural of its name. */
function topicOf(schema: EventSchema): string {
  const said = /^Topic ([a-z.]+\.v\d+)/.exec(schema.description ?? '')?.[1];
  if (said) return said;
  const [, thing, version] = /^(.*)\.(v\d+)$/.exec(nameOf(schema))!;
  return `${thing!.endsWith('y') ? `${thing!.slice(0, -1)}ies` : `${thing}s`}.${version}`;
}

/** `/schemas/ledger.transaction.v1.json` → `ledger.transaction.v1` */
function nameOf({ $id }: EventSchema): string {
  return $id.replace(/^.*\//, '').replace(/\.json$/, '');
}

function channelOf(name: string, setting: TopicSetting | undefined, schemas: EventSchema[]) {
  return {
    address: name,
    description: [about[name]?.summary, schemas.length === 0 && 'Nothing is sent to it yet.']
      .filter(Boolean)
      .join(' '),
    messages: Object.fromEntries(
      schemas.map((schema) => [nameOf(schema), { $ref: `#/components/messages/${nameOf(schema)}` }]),
    ),
    bindings: { kafka: { topic: name, ...(setting && settingsOf(setting)), bindingVersion } },
  };
}

function settingsOf({ partitions, config }: TopicSetting) {
  const values = Object.entries(config).map(([name, value]) => [
    name,
    name === 'cleanup.policy' ? value.split(',') : Number(value),
  ]);
  return { partitions, topicConfiguration: Object.fromEntries(values) };
}

function operationOf(channel: string, schemas: EventSchema[]) {
  const messages = schemas.map((schema) => ({ $ref: `#/channels/${channel}/messages/${nameOf(schema)}` }));
  return {
    action: 'send',
    channel: { $ref: `#/channels/${channel}` },
    ...(messages.length > 0 && { messages }),
  };
}

function messageOf(schema: EventSchema) {
  const { examples = [], ...rest } = schema;
  // They would make a document of its own of it.
  const payload = { ...rest, $schema: undefined, $id: undefined };
  const key = about[topicOf(schema)]?.key;
  return {
    name: nameOf(schema),
    ...(schema.title && { title: schema.title }),
    contentType: 'application/json',
    ...(schema.properties?.event_type && { headers: headersOf(schema) }),
    payload,
    bindings: { kafka: { key: { type: 'string', ...(key && { description: key }) }, bindingVersion } },
    ...(examples.length > 0 && { examples: examples.map((example) => exampleOf(example, schema)) }),
  };
}

/** CloudEvents 1.0, binary mode. */
function headersOf({ $id, properties = {} }: EventSchema) {
  const { const: only, enum: several } = properties.event_type!;
  const headers = {
    ce_specversion: { const: '1.0' },
    ce_id: {
      type: 'string',
      format: 'uuid',
      description: 'The event’s id; the same again when it comes again.',
    },
    ce_source: { type: 'string', pattern: '^/ledgers/' },
    ce_type: several ? { enum: several } : { const: only },
    ce_time: { type: 'string', pattern: TIME },
    ce_dataschema: { const: $id },
    'content-type': { const: 'application/json' },
  };
  const traceparent = { type: 'string', description: 'W3C; null when the command had none.' };
  return { type: 'object', required: Object.keys(headers), properties: { ...headers, traceparent } };
}

function exampleOf(payload: Record<string, unknown>, { $id, properties = {} }: EventSchema) {
  const type = payload.event_type;
  if (!properties.event_type) return { payload };
  const transaction = payload.transaction as { recorded_at?: string } | undefined;
  const seal = payload.seal as { sealed_at: string } | undefined;
  const headers = {
    ce_specversion: '1.0',
    ce_id: payload.event_id,
    ce_source: `/ledgers/${(payload.ledger as string | undefined) ?? 'main'}`,
    ce_type: type,
    ce_time: payload.recorded_at ?? transaction?.recorded_at ?? payload.occurred_at ?? seal?.sealed_at,
    ce_dataschema: $id,
    'content-type': 'application/json',
  };
  return { name: String(type), headers, payload };
}

const isDeadLetters = (name: string) => name.includes('.dlq.');

/** One channel for all of them, with the projections that there are. */
function deadLettersOf(topics: TopicSetting[]) {
  const own = topics.filter(({ name }) => isDeadLetters(name));
  const projections = own.map(({ name }) => /^ledger\.(.*)\.dlq\.v1$/.exec(name)![1]!);
  return {
    address: 'ledger.{projection}.dlq.v1',
    description: 'What a projection of the read model could not apply. Kept for a time.',
    parameters: { projection: { description: 'The projection’s name.', enum: projections } },
    messages: { deadLetter: { $ref: '#/components/messages/deadLetter' } },
    bindings: { kafka: { ...(own[0] && settingsOf(own[0])), bindingVersion } },
  };
}

const deadLetter = {
  name: 'deadLetter',
  title: 'A record that could not be applied, with key, value and headers as they came, and why it is here',
  headers: {
    type: 'object',
    properties: Object.fromEntries(
      ['id', 'projection', 'cause', 'stack', 'source', 'first_seen'].map((name) => [
        `dlq_${name}`,
        { type: 'string' },
      ]),
    ),
  },
  payload: {},
};
