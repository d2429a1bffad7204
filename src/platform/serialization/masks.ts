/** What an actor without the permission sees instead of the value. */
export type Mask = (value: string) => string;

const HIDDEN = '••••';
const SHOWN = 4;

/** `••••1234`. A value that is too short to hide anything by it is hidden whole. */
export const lastFour: Mask = (value) => {
  // By code points: half of a surrogate pair is no character.
  const characters = Array.from(value);
  return characters.length > 2 * SHOWN ? HIDDEN + characters.slice(-SHOWN).join('') : HIDDEN;
};
