import { access } from './access.ts';
import { data } from './data.ts';
import { load } from './load.ts';
import { people } from './people.ts';
import { pipeline } from './pipeline.ts';
import { programs } from './programs.ts';
import type { Switch } from './switch.ts';

/** Every control that `npm run controls:off` takes out. */
export const switches: readonly Switch[] = [...pipeline, ...access, ...people, ...programs, ...load, ...data];
