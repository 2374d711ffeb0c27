import Table from 'cli-table3';

/** Minor units as decimals of a currency with `digits`: (`-1250`, 2) is `-12.50`. */
export function decimals(minor: string | bigint, digits: number, separator = ','): string {
  const amount = BigInt(minor);
  const text = String(amount < 0n ? -amount : amount).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, separator);
  const fraction = digits ? `.${text.slice(-digits)}` : '';
  return `${amount < 0n ? '-' : ''}${whole}${fraction}`;
}

export interface Column {
  head: string;
  align?: 'left' | 'right';
}

/** Rows below their heads, two blanks apart, without ruled lines: readable, and easy to cut. */
export function tableOf(columns: Column[], rows: string[][]): string {
  const none = [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
  ]
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((name) => [name, '']);
  const table = new Table({
    head: columns.map((column) => column.head),
    colAligns: columns.map((column) => column.align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: { ...Object.fromEntries(none), middle: '  ' },
  });
  table.push(...rows.map((row) => row.map(clean)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Without control characters: a description must not drive the reader's terminal. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
