/** What is wrong with how clinical and secret columns are kept: neither encrypted nor excepted, or excepted for nothing. */
export function findUnprotected(
  columns: readonly { model: string; column: string; dataClass: string }[],
  encrypted: readonly string[],
  excepted: Readonly<Record<string, string>>,
): string[] {
  const sensitive = columns
    .filter(({ dataClass }) => dataClass === 'clinical' || dataClass === 'secret')
    .map(({ model, column }) => `${model}.${column}`);
  const exceptions = Object.keys(excepted);
  return [
    ...sensitive
      .filter((name) => !encrypted.includes(name) && !exceptions.includes(name))
      .map((name) => `${name} is neither encrypted nor excepted`),
    ...exceptions
      .filter((name) => !sensitive.includes(name) || encrypted.includes(name))
      .map((name) => `${name} needs no exception`),
  ];
}
