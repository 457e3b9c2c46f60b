import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type NonAttribute,
  Op,
  type Sequelize,
} from "sequelize";

/** An image of the module, to read: only the store changes it. */
export class Picture extends Model<InferAttributes<Picture>> {
  declare readonly id: string;
  declare readonly userId: number | null;
  declare readonly width: number;
  declare readonly height: number;
}

export class Post extends Model<InferAttributes<Post>, InferCreationAttributes<Post>> {
  declare readonly id: CreationOptional<number>;
  declare title: string;
  declare pictureId: string | null;
  declare readonly picture?: NonAttribute<Picture | null>;
}

export function definePosts(sequelize: Sequelize): void {
  Picture.init(
    {
      id: { type: DataTypes.UUID, primaryKey: true },
      userId: DataTypes.INTEGER,
      width: DataTypes.INTEGER,
      height: DataTypes.INTEGER,
    },
    { sequelize, tableName: "media_images", underscored: true, timestamps: false, paranoid: false },
  );
  Post.init(
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      title: { type: DataTypes.TEXT, allowNull: false },
      pictureId: DataTypes.UUID,
    },
    { sequelize, tableName: "posts", underscored: true, timestamps: false, paranoid: false },
  );
  Post.belongsTo(Picture, { as: "picture", foreignKey: "pictureId" });
}

export function postsAtLeast(width: number): Promise<Post[]> {
  return Post.findAll({
    include: { association: "picture", where: { width: { [Op.gte]: width } } },
    order: [["id", "DESC"]],
  });
}
