using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>Something that changes no row: what it does to the table, and to the model's columns once it is committed.</summary>
internal sealed record Upkeep(string Name, Func<DeltaTable, DuckDbConnection, Task> Run, Action<TableModel> Apply)
{
    private const int FirstColumns = 5;
    private const int MostColumns = 8;

    public static Upkeep Draw(Random random, TableModel model, bool isMapped)
    {
        var later = model.Columns.Skip(FirstColumns).ToArray();
        return random.Next(6) switch
        {
            0 or 1 => new("optimize", (table, connection) => new TableOptimizer(table).RunAsync(connection), _ => { }),
            2 => new("checkpoint", async (table, _) => await table.WriteCheckpointAsync(await table.LatestVersionAsync()), _ => { }),
            3 when isMapped && later.Length > 0 => Rename(random.GetItems(later, 1)[0], $"y{model.Versions.Count}"),
            4 when isMapped && later.Length > 0 => Drop(random.GetItems(later, 1)[0]),
            _ when model.Columns.Count < MostColumns => Add($"x{model.Versions.Count}"),
            _ => new("nothing", (_, _) => Task.CompletedTask, _ => { }),
        };
    }

    private static Upkeep Add(string column) =>
        new(
            $"add column {column}",
            (table, _) => new TableEvolution(table).AddColumnAsync(column, new PrimitiveType(PrimitiveKind.Long)),
            model =>
            {
                model.Columns.Add(column);
                model.Commit(model.Rows, []);
            }
        );

    private static Upkeep Rename(string column, string name) =>
        new(
            $"rename column {column} to {name}",
            (table, _) => new TableEvolution(table).RenameColumnAsync(column, name),
            model =>
            {
                model.Columns[model.Columns.IndexOf(column)] = name;
                model.Commit([.. model.Rows.Select(row => Renamed(row, column, name))], []);
            }
        );

    private static Upkeep Drop(string column) =>
        new(
            $"drop column {column}",
            (table, _) => new TableEvolution(table).DropColumnAsync(column),
            model =>
            {
                model.Columns.Remove(column);
                model.Commit([.. model.Rows.Select(row => row with { Later = row.Later.Remove(column) })], []);
            }
        );

    private static ModelRow Renamed(ModelRow row, string column, string name) =>
        row.Later.TryGetValue(column, out var value) ? row with { Later = row.Later.Remove(column).Add(name, value) } : row;
}
