// EC2's query parameters: "Filter.1.Value.2=x" and the like.

export type Params = ReadonlyMap<string, string>;

export function readParams(body: Buffer): Params {
  return new Map(new URLSearchParams(body.toString("utf8")));
}

/** prefix.1, prefix.2, ... */
export function listOf(params: Params, prefix: string): string[] {
  const list: string[] = [];
  for (let at = 1; ; at++) {
    const value = params.get(`${prefix}.${at}`);
    if (value === undefined) return list;
    list.push(value);
  }
}

export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

export function filtersOf(params: Params): Filter[] {
  const filters: Filter[] = [];
  for (let at = 1; ; at++) {
    const name = params.get(`Filter.${at}.Name`);
    if (name === undefined) return filters;
    filters.push({ name, values: listOf(params, `Filter.${at}.Value`) });
  }
}

/** The other way: parameters of filters. */
export function filterParams(filters: readonly Filter[]): Record<string, string> {
  const params: Record<string, string> = {};
  filters.forEach(({ name, values }, at) => {
    params[`Filter.${at + 1}.Name`] = name;
    values.forEach((value, index) => {
      params[`Filter.${at + 1}.Value.${index + 1}`] = value;
    });
  });
  return params;
}

export function numbered(prefix: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((value, at) => [`${prefix}.${at + 1}`, value]));
}

/** Parameters in an order of their own, but for those named: what makes two requests the same. */
export function fingerprint(params: Params, without: readonly string[]): string {
  const entries = [...params].filter(([name]) => !without.includes(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries);
}
