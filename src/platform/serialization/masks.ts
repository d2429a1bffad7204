/** What an actor without the permission sees instead of the value. */
export type Mask = (value: string) => string;

const HIDDEN = '••••';
const SHOWN = 4;
const SURROGATE = /[\ud800-\udfff]/;

/** `••••1234`. A value that is too short to hide anything by it is hidden whole. @control B7.4 */
export const lastFour: Mask = (value) => {
  if (!SURROGATE.test(value)) return value.length > 2 * SHOWN ? HIDDEN + value.slice(-SHOWN) : HIDDEN;
  // By code points: half of a surrogate pair is no character. Slower by far, and rare.
  const characters = Array.from(value);
  return characters.length > 2 * SHOWN ? HIDDEN + characters.slice(-SHOWN).join('') : HIDDEN;
};
