import { ApiProperty } from '@nestjs/swagger';
import { Field, Shows, type ViewClass } from '../../platform/serialization/index.js';
import { isModel } from '../../platform/data-classes/index.js';
import { personalModels, shownColumnsOf } from './personal-data.repository.js';

const because = 'what is kept about whoever asks (GDPR art. 15 and 20)';
const anyValue = [
  { type: 'string' },
  { type: 'number' },
  { type: 'boolean' },
  { type: 'array', items: { type: 'string' } },
];

/** One row, by the names of its columns. */
class ExportedRow {
  readonly [column: string]: unknown;
}

/** A view of the columns of a model, made from their classes: a new column is in the export unless it is a secret. */
function rowView(model: string): ViewClass {
  class RowView extends ExportedRow {}
  Object.defineProperty(RowView, 'name', { value: `${model}ExportView` });
  if (isModel(model)) Shows(model)(RowView);
  for (const column of shownColumnsOf(model)) {
    // What a decorated property says of its type by being typed.
    Reflect.defineMetadata('design:type', Object, RowView.prototype, column);
    Field({ nullable: true, because })(RowView.prototype, column);
    ApiProperty({ oneOf: anyValue, nullable: true })(RowView.prototype, column);
  }
  return RowView;
}

/** By model, the rows that belong to a person. */
export class PersonalDataView {
  @Field() exportedAt!: Date;
  @Field({ description: 'Clinical rows are those of this organization; ask again after switching to another.' })
  organizationId!: string;
}
for (const model of personalModels) Field({ list: rowView(model) })(PersonalDataView.prototype, model);

export class ErasureView {
  @Field({ description: 'Until then signing in takes it back.' }) erasureDueAt!: Date;
}
