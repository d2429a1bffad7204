import { Field, Shows } from '../../platform/serialization/index.js';

@Shows('Recertification')
export class RecertificationView {
  @Field() id!: string;
  @Field() statedById!: string;
  @Field() statedAt!: Date;
  @Field({ nullable: true, description: 'Another owner. Until then it does not count.' })
  confirmedById!: string;
  @Field({ nullable: true }) confirmedAt!: Date;
  @Field({ description: 'Whether everybody who holds a role still holds the same one, and nobody has come.' })
  isOfPresentMembers!: boolean;
}

export class RecertificationsView {
  @Field({ description: 'By then the next review has to be confirmed.' }) dueAt!: Date;
  @Field({
    description: 'Stands for who holds which role now. Read it before the members, and send it with the statement.',
  })
  membersDigest!: string;
  @Field({
    list: RecertificationView,
    description: 'The newest first, at most 20. At most one waits for its confirmation.',
  })
  newest!: readonly RecertificationView[];
}
