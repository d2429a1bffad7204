/** The process does not start, for a reason that the message tells an operator whole: no stack is needed. */
export class StartRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
