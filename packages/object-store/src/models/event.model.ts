import { BaseModel } from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type NonAttribute,
} from "sequelize";
import { AllowNull, Column, PrimaryKey, Table } from "sequelize-typescript";

import type { Owner } from "../owner-types.js";

export type EventType =
  | "file.ready"
  | "file.updated"
  | "file.deleted"
  | "file.restored"
  | "file.erased"
  | "variant.ready";

/** What a handler needs besides the ids. Never what was given, and no names of files or people. */
export interface EventPayload {
  /** Columns of the file. */
  changed?: string[];
  /** The name of a recipe. */
  recipe?: string;
  /** ISO 8601. */
  restorableUntil?: string | null;
}

/** What happened to a file, until somebody has handled it. */
@Table({ underscored: true })
export class EventModel extends BaseModel<
  InferAttributes<EventModel>,
  InferCreationAttributes<EventModel>
> {
  /** A number, which ascends in the order of what happened to a file. */
  @PrimaryKey
  @Column(DataTypes.BIGINT)
  declare readonly id: CreationOptional<string>;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare type: EventType;

  @AllowNull(false)
  @Column(DataTypes.TEXT)
  declare kind: MediaKind;

  @AllowNull(false)
  @Column(DataTypes.UUID)
  declare fileId: string;

  /** The owner of the file, or null for the system. */
  @AllowNull
  @Column(DataTypes.TEXT)
  declare userId: Owner;

  @AllowNull(false)
  @Column(DataTypes.JSONB)
  declare payload: CreationOptional<EventPayload>;

  /** How often it was given to a handler. Whoever has the last attempt may end it. */
  @AllowNull(false)
  @Column(DataTypes.INTEGER)
  declare attempts: CreationOptional<number>;

  /** When it may be given to a handler again; that of a running one is over then. */
  @AllowNull(false)
  @Column(DataTypes.DATE)
  declare nextAttemptAt: Date;

  /** Why the last attempt failed. */
  @AllowNull
  @Column(DataTypes.TEXT)
  declare lastError: CreationOptional<string | null>;

  /** When it was given up. */
  @AllowNull
  @Column(DataTypes.DATE)
  declare deadAt: CreationOptional<Date | null>;

  /** Seconds since it was written, by the database's clock, where it was claimed. */
  declare lagSeconds?: NonAttribute<number>;
}
