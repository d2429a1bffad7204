/** An operation that would read or write ciphertext as if it were text. The message names the alternative. */
export class UnsupportedOnEncryptedModel extends Error {
  constructor(model: string, what: string) {
    super(`${model}: ${what}`);
    this.name = 'UnsupportedOnEncryptedModel';
  }
}
