import type { CreationOptional } from "sequelize";
import {
  Column,
  CreatedAt,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
  UpdatedAt,
} from "sequelize-typescript";
import { v7 as uuidv7 } from "uuid";

/** What every table has: an id that sorts by creation, and timestamps. Columns are snake_case. */
@Table({ underscored: true, timestamps: true })
export abstract class BaseModel<
  Attributes extends object,
  CreationAttributes extends object = Attributes,
> extends Model<Attributes, CreationAttributes> {
  /**
   * UUID version 7 (RFC 9562, section 5.7), made here and not in the database. Those of one process
   * ascend strictly; between processes they are as ordered as the clocks are.
   */
  @PrimaryKey
  @Default(() => uuidv7())
  @Column(DataType.UUID)
  declare readonly id: CreationOptional<string>;

  @CreatedAt
  @Column(DataType.DATE)
  declare readonly createdAt: CreationOptional<Date>;

  @UpdatedAt
  @Column(DataType.DATE)
  declare readonly updatedAt: CreationOptional<Date>;
}
