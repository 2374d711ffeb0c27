const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?$/;

/**
 * The condition of `metadata[key]=value` filters, all of which must hold: a value is the string, or the number
 * or boolean that reads so.
 * @param column an expression of type jsonb
 * @param bind adds a parameter and gives back its place
 */
export function metadataCondition(
  column: string,
  wanted: Record<string, string>,
  bind: (value: unknown) => string,
): string[] {
  return Object.entries(wanted).map(([key, value]) => {
    const forms = [JSON.stringify(value), ...(isLiteral(value) ? [value] : [])];
    const any = forms.map((form) => `${column} @> ${bind(`{${JSON.stringify(key)}:${form}}`)}::jsonb`);
    return any.length === 1 ? any[0]! : `(${any.join(' or ')})`;
  });
}

function isLiteral(value: string): boolean {
  if (value === 'true' || value === 'false') return true;
  return value.length <= 400 && number.test(value) && Number.isFinite(Number(value));
}
