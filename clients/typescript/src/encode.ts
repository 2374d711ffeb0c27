/** JSON in which a bigint is a string of its digits. @throws TypeError for a number that JSON would not keep */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (name, member: unknown) => {
    if (typeof member === 'bigint') return String(member);
    // NaN would become null, which for a limit means none; 2^53 + 1 was something else before it came here.
    if (typeof member === 'number' && (!Number.isFinite(member) || isRounded(member))) {
      throw new TypeError(`${name || 'the body'}: ${member} is no exact number, use a string or a bigint`);
    }
    return member;
  });
}

function isRounded(number: number): boolean {
  return Number.isInteger(number) && !Number.isSafeInteger(number);
}

/** `{ limit: 5, metadata: { tier: 'gold' } }` → `?limit=5&metadata[tier]=gold`, encoded; what is undefined is left out. */
export function toQuery(query: object = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, unknown][]) {
    if (value === undefined || value === null) continue;
    if (typeof value !== 'object') parameters.append(name, String(value));
    else {
      for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
        if (inner !== undefined && inner !== null) parameters.append(`${name}[${key}]`, String(inner));
      }
    }
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

/** A path with its ids encoded. @throws TypeError for an id that would lead to another path */
export function path(parts: TemplateStringsArray, ...ids: string[]): string {
  return String.raw({ raw: parts }, ...ids.map(segment));
}

function segment(id: string): string {
  if (typeof id !== 'string' || id === '' || id === '.' || id === '..') {
    throw new TypeError(`${JSON.stringify(id)} is no id`);
  }
  return encodeURIComponent(id);
}

/** 128 random bits. Not `randomUUID`, which browsers keep to pages that came over TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
