// Keeps the balance of every account from ledger.transactions.v1:
//   node examples/analysts/running-balances.mjs [STATE_FILE]     KAFKA_BROKERS, default 127.0.0.1:9092
// Balances and the offsets they are made from are in one file that is replaced as a whole, so that this may be killed at
// any moment: it goes on from where the file is, and what comes twice is known by the version of the account.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Kafka, logLevel } from 'kafkajs';

const TOPIC = 'ledger.transactions.v1';
const SAVE_EVERY_MS = 500;
/** An account's events come over several partitions, so a version may be missing for a while. Not for so long. */
const GAP_AFTER_MS = 10_000;

const file = process.argv[2] ?? 'running-balances.json';
const state = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { offsets: {}, events: 0, duplicates: 0, accounts: {} };
let changed = false;

/** One event with the offset it came by. Without a pause in between, so a saved state has both or neither. */
function take(partition, { offset, value }) {
  const { ledger, entries } = JSON.parse(value.toString());
  // An entry is known by its account and version; the event's ce_id stands for its entries together.
  const fresh = entries.filter((entry) => isNew(accountOf(ledger, entry), entry.version));
  if (entries.length > 0 && fresh.length === 0) state.duplicates += 1;
  else state.events += 1;
  for (const entry of fresh) add(accountOf(ledger, entry), entry);
  state.offsets[partition] = String(BigInt(offset) + 1n);
  changed = true;
}

function accountOf(ledger, { account, currency, normal_side }) {
  const empty = { debits: '0', credits: '0', balance: '0', version: 0, ahead: [], gapSince: null };
  return (state.accounts[`${ledger}/${account}`] ??= { currency, normal_side, ...empty });
}

/** `version` is the one up to which all entries are in; `ahead` are those beyond it that came early. */
function isNew({ version, ahead }, given) {
  return given > version && !ahead.includes(given);
}

function add(account, entry) {
  const total = entry.side === 'debit' ? 'debits' : 'credits';
  account[total] = String(BigInt(account[total]) + BigInt(entry.posted));
  const net = BigInt(account.debits) - BigInt(account.credits);
  account.balance = String(account.normal_side === 'debit' ? net : -net);
  account.ahead = [...account.ahead, entry.version].sort((a, b) => a - b);
  while (account.ahead[0] === account.version + 1) account.version = account.ahead.shift();
  account.gapSince = account.ahead.length > 0 ? (account.gapSince ?? Date.now()) : null;
  // The event says what the account's totals are after it: with nothing missing, ours are the same.
  const { posted_debits, posted_credits } = entry;
  if (account.ahead.length > 0 || account.version !== entry.version) return;
  if (account.debits === posted_debits && account.credits === posted_credits) return;
  throw new Error(`${entry.account}: the totals are not those of the event at version ${entry.version}`);
}

function save() {
  if (!changed) return;
  const aside = `${file}.part`;
  writeFileSync(aside, `${JSON.stringify(state, null, 1)}\n`, { flush: true });
  renameSync(aside, file);
  changed = false;
  const { events, duplicates, accounts } = state;
  console.log(`${events} events, ${duplicates} duplicates dropped, ${Object.keys(accounts).length} accounts`);
}

const told = new Set();

function tellGaps() {
  for (const [name, { version, ahead, gapSince }] of Object.entries(state.accounts)) {
    if (gapSince === null || Date.now() - gapSince < GAP_AFTER_MS || told.has(`${name} ${version}`)) continue;
    told.add(`${name} ${version}`);
    console.error(`gap: ${name}: version ${version + 1} is missing, ${ahead[0]} is there`);
  }
}

const brokers = (process.env.KAFKA_BROKERS ?? '127.0.0.1:9092').split(',');
const kafka = new Kafka({ clientId: 'running-balances', brokers, logLevel: logLevel.WARN });
// Kafka keeps no position for us, so the group may be a new one each time: nobody's session has to time out first.
const consumer = kafka.consumer({ groupId: `running-balances-${randomUUID()}` });
await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message }) => {
    try {
      take(partition, message);
    } catch (error) {
      // Half of it may be in the state, which is therefore not saved.
      console.error(`partition ${partition}, offset ${message.offset}:`, error);
      process.exit(1);
    }
  },
});
for (const [partition, offset] of Object.entries(state.offsets)) {
  consumer.seek({ topic: TOPIC, partition: Number(partition), offset });
}
consumer.on(consumer.events.CRASH, ({ payload }) => {
  console.error(payload.error);
  if (!payload.restart) process.exit(1);
});
setInterval(() => {
  save();
  tellGaps();
}, SAVE_EVERY_MS);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await consumer.disconnect();
    save();
    process.exit();
  });
}
