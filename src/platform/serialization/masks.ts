/** What an actor without the permission sees instead of the value. */
export type Mask = (value: string) => string;

const HIDDEN = '••••';
const SHOWN = 4;

/** `••••1234`. A value that is too short to hide anything by it is hidden whole. */
export const lastFour: Mask = (value) => (value.length > 2 * SHOWN ? HIDDEN + value.slice(-SHOWN) : HIDDEN);
