import { Controller, Get, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../access/index.js';
import { successorOf } from '../lifecycle/index.js';
import { CompletenessCheck } from '../pipeline/index.js';
import { Returns } from '../serialization/index.js';
import { DeprecationsView } from './deprecations.views.js';

@ApiTags('deprecations')
@Controller({ path: 'deprecations', version: VERSION_NEUTRAL })
export class DeprecationsController {
  constructor(private readonly completeness: CompletenessCheck) {}

  /** What the `Link` of a deprecated route names (RFC 9745 §3): until when there is what, and how to move. @control B17.3 */
  @Get()
  @Public('the end of a version is documentation')
  @Returns(200, DeprecationsView)
  list(): DeprecationsView {
    const items = this.completeness.routes().flatMap(({ method, path, deprecation }) => {
      if (deprecation === undefined) return [];
      const { since, sunset, change } = deprecation;
      return [{ method, path, since, sunset, change, successor: successorOf(path, deprecation) }];
    });
    return { items };
  }
}
