import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { securityHeaders } from '../../src/platform/pipeline/security-headers.js';

export interface Header {
  readonly $ref?: string;
  readonly required?: boolean;
  readonly schema?: object;
}

/** By name; names of headers have no case (RFC 9110 §5.1). */
export type Headers = Readonly<Record<string, Header>>;

/** What no operation describes: what every answer has to keep browsers safe, and what HTTP or CORS itself is made of. */
const OF_EVERY_ANSWER = new Set([
  ...Object.keys(securityHeaders),
  'content-type',
  'content-length',
  'date',
  'connection',
  'vary',
  'access-control-expose-headers',
]);

/** Holds the headers of answers to what a description says of them. @control A14.1 */
export class HeaderCheck {
  /** A header is text: `30` is a number where the schema says so. */
  private readonly ajv = new Ajv2020({ strict: false, coerceTypes: true });
  private readonly validators = new Map<object, ValidateFunction>();

  constructor(private readonly components: Headers = {}) {
    addFormats.default(this.ajv);
  }

  faultOf(described: Headers = {}, sent: Readonly<Record<string, unknown>>): string | undefined {
    const byName = new Map(Object.entries(described).map(([name, header]) => [name.toLowerCase(), header]));
    const missing = [...byName].find(([name, header]) => this.resolved(header).required && sent[name] === undefined);
    if (missing !== undefined) return `without the header ${missing[0]}`;
    for (const [name, value] of Object.entries(sent)) {
      const header = byName.get(name);
      if (header === undefined && !OF_EVERY_ANSWER.has(name)) return `with the header ${name} that is not described`;
      if (header !== undefined && !this.isValid(header, value)) return `with ${name}: ${String(value)}`;
    }
    return undefined;
  }

  private isValid(header: Header, value: unknown): boolean {
    const { schema = {} } = this.resolved(header);
    const validate = this.validators.get(schema) ?? this.ajv.compile({ properties: { value: schema } });
    this.validators.set(schema, validate);
    return validate({ value: String(value) });
  }

  private resolved(header: Header): Header {
    if (header.$ref === undefined) return header;
    const name = header.$ref.split('/').at(-1) ?? '';
    const found = this.components[name];
    if (found === undefined) throw new Error(`no header ${name}`);
    return found;
  }
}
