import { Controller, Get, Param, Version, VERSION_NEUTRAL } from '@nestjs/common';
import { Public } from '../../src/platform/access/index.js';
import { Field, Returns } from '../../src/platform/serialization/index.js';
import { IdPipe } from '../../src/platform/validation/index.js';

class View {
  @Field() id!: string;
}

const result = { id: '1' };

/** The path and method of MeController. */
@Controller('me')
export class DuplicateController {
  @Get()
  @Public('a fixture')
  @Returns(200, View)
  show() {
    return result;
  }
}

/** A second route for what `patients/:id` answers. */
@Controller('patients')
export class ShadowController {
  @Get(':name')
  @Public('a fixture')
  @Returns(200, View)
  show(@Param('name', IdPipe) id: string) {
    return { id };
  }
}

/** Two handlers for one address of version 2. */
@Controller('fixture/versions')
export class VersionShadowController {
  @Version(['1', '2'])
  @Get()
  @Public('a fixture')
  @Returns(200, View)
  both() {
    return result;
  }

  @Version('2')
  @Get()
  @Public('a fixture')
  @Returns(200, View)
  second() {
    return result;
  }
}

/** Spells out what versioning makes of MeController's path. */
@Controller({ path: 'v1/me', version: VERSION_NEUTRAL })
export class SpelledVersionController {
  @Get()
  @Public('a fixture')
  @Returns(200, View)
  show() {
    return result;
  }
}
