using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>Something that is done to a table as a whole: what it does, and what the model is to know once it is committed.</summary>
internal sealed record Upkeep(string Name, Func<DeltaTable, DuckDbConnection, Task> Run, Action<TableModel> Apply)
{
    private const int FirstColumns = 5;
    private const int MostColumns = 8;

    // From narrow to wide.
    private static readonly string[] Types = ["byte", "short", "integer", "long"];

    /// <summary>Whether files that only older versions need are deleted, whether it ends well or not.</summary>
    public bool DeletesFiles { get; private init; }

    public static Upkeep Draw(Random random, TableModel model, TableShape shape)
    {
        var later = model.Columns.Skip(FirstColumns).ToArray();
        var narrow = later.Where(column => column.Type is not null).ToArray();
        return random.Next(14) switch
        {
            0 or 1 => new("optimize", (table, connection) => new TableOptimizer(table).RunAsync(connection), _ => { }),
            2 => new("checkpoint", async (table, _) => await table.WriteCheckpointAsync(await table.LatestVersionAsync()), _ => { }),
            3 or 4 when shape.IsMapped && later.Length > 0 => Rename(random.GetItems(later, 1)[0], $"y{model.Versions.Count}"),
            5 when shape.IsMapped && later.Length > 0 => Drop(random.GetItems(later, 1)[0]),
            6 or 7 when narrow.Length > 0 => Widen(random.GetItems(narrow, 1)[0], random),
            8 or 9 => Restore(random.Next(model.FirstWhole, model.Versions.Count)),
            10 => Vacuum(random.Next(2) == 0),
            11 when model.Constraints.Count > 0 => BreakConstraint(),
            12 => model.Constraints.Count > 1 ? DropConstraint(random.GetItems(model.Constraints.ToArray(), 1)[0]) : AddConstraint($"c{model.Versions.Count}"),
            _ when model.Columns.Count < MostColumns => Add($"x{model.Versions.Count}", shape.IsWidening ? random.Next(Types.Length) : Types.Length - 1),
            _ => new("nothing", (_, _) => Task.CompletedTask, _ => { }),
        };
    }

    private static Upkeep Add(string column, int type) =>
        new(
            $"add column {column} {Types[type]}",
            (table, _) => new TableEvolution(table).AddColumnAsync(column, TypeText.Parse(Types[type])),
            model => model.Set(null, new ModelColumn(column, column, NarrowType(type)))
        );

    private static Upkeep Widen(ModelColumn column, Random random)
    {
        var type = random.Next(Array.IndexOf(Types, column.Type) + 1, Types.Length);
        return new(
            $"widen column {column} to {Types[type]}",
            (table, _) => new TableEvolution(table).WidenColumnAsync(column.Name, TypeText.Parse(Types[type])),
            model => model.Set(column, column with { Type = NarrowType(type) })
        );
    }

    private static Upkeep Rename(ModelColumn column, string name) =>
        new(
            $"rename column {column} to {name}",
            (table, _) => new TableEvolution(table).RenameColumnAsync(column.Name, name),
            model => model.Set(column, column with { Name = name })
        );

    private static Upkeep Drop(ModelColumn column) =>
        new($"drop column {column}", (table, _) => new TableEvolution(table).DropColumnAsync(column.Name), model => model.Drop(column));

    private static Upkeep Restore(int version) =>
        new($"restore version {version}", (table, _) => new TableRestore(table).RunAsync(version), model => model.Restore(version));

    private static Upkeep Vacuum(bool recorded) =>
        new(
            $"vacuum{(recorded ? ", recorded" : "")}",
            (table, _) =>
                new TableVacuum(table).RunAsync(
                    new VacuumOptions
                    {
                        Retention = TimeSpan.Zero,
                        Force = true,
                        RecordInHistory = recorded,
                    }
                ),
            _ => { }
        )
        {
            DeletesFiles = true,
        };

    private static Upkeep AddConstraint(string name) =>
        new(
            $"add constraint {name}",
            (table, connection) => new TableEvolution(table).AddConstraintAsync(connection, name, "id >= 0"),
            model =>
            {
                model.Constraints.Add(name);
                model.Commit(model.Rows, []);
            }
        );

    private static Upkeep DropConstraint(string name) =>
        new(
            $"drop constraint {name}",
            (table, _) => new TableEvolution(table).DropConstraintAsync(name),
            model =>
            {
                model.Constraints.Remove(name);
                model.Commit(model.Rows, []);
            }
        );

    private static Upkeep BreakConstraint() =>
        new(
            "append what breaks a constraint",
            async (table, connection) =>
            {
                var write = new DeltaTableWriter(table).AppendAsync(connection, "SELECT -1::BIGINT AS id, 'a' AS p");
                (await Should.ThrowAsync<DeltaLogException>(write)).Error.ShouldBe(DeltaLogError.InvalidData);
            },
            _ => throw new InvalidOperationException("What breaks a constraint was committed.")
        );

    private static string? NarrowType(int type) => type == Types.Length - 1 ? null : Types[type];
}
