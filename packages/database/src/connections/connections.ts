import type { Sequelize } from "sequelize-typescript";

/** The ways to a database that prepared statements take. */
export class Connections {
  constructor(readonly sequelize: Sequelize) {}
}
