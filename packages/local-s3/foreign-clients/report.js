/** Runs one operation of a client and prints what came of it. */
export async function operation(name, work) {
  try {
    await work();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`failed ${name}: ${describe(error)}`);
  }
}

function describe(error) {
  const causes = [];
  for (let each = error; each instanceof Error; each = each.cause) {
    causes.push(`${each.name} ${each.code ?? ""} ${each.message}`);
  }
  return causes.join(" < ").replace(/\s+/g, " ");
}
