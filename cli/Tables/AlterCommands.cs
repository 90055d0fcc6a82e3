using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>Changes schema, properties and constraints of a table.</summary>
internal static class AlterCommands
{
    public static Command Make(CommandSet commands) =>
        CommandSet.Group(
            "alter",
            "Change columns, properties and constraints of a table",
            AddColumn(commands),
            RenameColumn(commands),
            DropColumn(commands),
            Widen(commands),
            AllowNulls(commands),
            SetProperty(commands),
            UnsetProperty(commands),
            AddConstraint(commands),
            DropConstraint(commands),
            AddFeature(commands)
        );

    private static Command AddColumn(CommandSet commands)
    {
        var (column, type) = (Column(), Symbols.Text("TYPE", "Its type, such as string, bigint, decimal(10,2), array<string> or struct<a: int>"));
        var after = Symbols.Option("--after", "The column or field that it comes after; else the last one", "COLUMN");
        var first = Symbols.Flag("--first", "Make it the first one");
        var comment = Symbols.Option("--comment", "What it is", "TEXT");
        return Leaf(
            commands,
            "add-column",
            "Add a column; it is null in the rows that are there",
            "tideway table alter add-column /srv/tables/orders address.zip string --after city",
            [column, type, after, first, comment],
            (call, evolution, cancellationToken) =>
                evolution.AddColumnAsync(call.Get(column), TypeOf(call.Get(type)), call.Get(first) ? "" : call.Get(after), call.Get(comment), cancellationToken)
        );
    }

    private static Command RenameColumn(CommandSet commands)
    {
        var (column, name) = (Column(), Symbols.Text("NAME", "The new name, without the way to it"));
        return Leaf(
            commands,
            "rename-column",
            "Give a column another name; its columns must be mapped",
            "tideway table alter rename-column /srv/tables/orders address.zip postcode",
            [column, name],
            (call, evolution, cancellationToken) => evolution.RenameColumnAsync(call.Get(column), call.Get(name), cancellationToken)
        );
    }

    private static Command DropColumn(CommandSet commands)
    {
        var (column, yes) = (Column(), Symbols.Yes());
        return Leaf(
            commands,
            "drop-column",
            "Drop a column; its columns must be mapped",
            "tideway table alter drop-column /srv/tables/orders address.zip --yes",
            [column, yes],
            (call, evolution, cancellationToken) => evolution.DropColumnAsync(call.Get(column), cancellationToken),
            call => call.Confirm(yes, $"Drop the column {call.Get(column)}? Its values cannot be read any more in the versions that follow.")
        );
    }

    private static Command Widen(CommandSet commands)
    {
        var (column, type) = (Column(), Symbols.Text("TYPE", "The wider type, such as bigint"));
        return Leaf(
            commands,
            "widen",
            "Give a column a wider type; needs the property delta.enableTypeWidening",
            "tideway table alter widen /srv/tables/orders amount \"decimal(20,2)\"",
            [column, type],
            (call, evolution, cancellationToken) => evolution.WidenColumnAsync(call.Get(column), TypeOf(call.Get(type)), cancellationToken)
        );
    }

    private static Command AllowNulls(CommandSet commands)
    {
        var column = Column();
        return Leaf(
            commands,
            "allow-nulls",
            "Allow nulls in a column",
            "tideway table alter allow-nulls /srv/tables/orders address",
            [column],
            (call, evolution, cancellationToken) => evolution.AllowNullsAsync(call.Get(column), cancellationToken)
        );
    }

    private static Command SetProperty(CommandSet commands)
    {
        var pairs = new Argument<string[]>("NAME=VALUE") { Description = "Properties and their values", Arity = ArgumentArity.OneOrMore };
        pairs.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') < 1))
                result.AddError($"A property is given as NAME=VALUE; got '{token.Value}'.");
        });
        return Leaf(
            commands,
            "set-property",
            "Set properties, and raise the protocol where they need it",
            "tideway table alter set-property /srv/tables/orders delta.columnMapping.mode=name \"delta.logRetentionDuration=interval 60 days\"",
            [pairs],
            (call, evolution, cancellationToken) => evolution.SetPropertiesAsync(PropertiesOf(call.Get(pairs)), cancellationToken)
        );
    }

    private static Command UnsetProperty(CommandSet commands)
    {
        var names = new Argument<string[]>("NAME") { Description = "Properties", Arity = ArgumentArity.OneOrMore };
        return Leaf(
            commands,
            "unset-property",
            "Take properties away",
            "tideway table alter unset-property /srv/tables/orders delta.appendOnly",
            [names],
            (call, evolution, cancellationToken) => evolution.UnsetPropertiesAsync(call.Get(names), cancellationToken)
        );
    }

    private static Command AddConstraint(CommandSet commands)
    {
        var (name, condition) = (Symbols.Name("constraint"), Symbols.Text("CONDITION", "What must be true of every row"));
        return Leaf(
            commands,
            "add-constraint",
            "Add a constraint that every row must meet, those that are there included",
            "tideway table alter add-constraint /srv/tables/orders positive \"amount > 0\"",
            [name, condition],
            async (call, evolution, cancellationToken) =>
            {
                using var database = DuckDbDatabase.Open();
                using var connection = database.Connect();
                return await evolution.AddConstraintAsync(connection, call.Get(name), call.Get(condition), cancellationToken);
            }
        );
    }

    private static Command DropConstraint(CommandSet commands)
    {
        var name = Symbols.Name("constraint");
        return Leaf(
            commands,
            "drop-constraint",
            "Drop a constraint",
            "tideway table alter drop-constraint /srv/tables/orders positive",
            [name],
            (call, evolution, cancellationToken) => evolution.DropConstraintAsync(call.Get(name), cancellationToken)
        );
    }

    private static Command AddFeature(CommandSet commands)
    {
        var name = Symbols.Name("feature");
        return Leaf(
            commands,
            "add-feature",
            "Add a feature to the protocol of a table; it cannot be taken away again",
            "tideway table alter add-feature /srv/tables/orders vacuumProtocolCheck",
            [name],
            (call, evolution, cancellationToken) => evolution.AddFeatureAsync(call.Get(name), cancellationToken)
        );
    }

    private static Command Leaf(
        CommandSet commands,
        string name,
        string description,
        string example,
        IEnumerable<Symbol> symbols,
        Func<Call, TableEvolution, CancellationToken, Task<CommitResult?>> change,
        Action<Call>? confirm = null
    )
    {
        var (table, dryRun) = (new LocalTable(), PlanOutput.DryRun());
        return commands.Leaf(
            name,
            description,
            example,
            [table.Path, .. symbols, dryRun],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var delta = table.Open(call);
                    EvolutionPlan? plan = null;
                    if (!call.Get(dryRun))
                        confirm?.Invoke(call);
                    var evolution = call.Get(dryRun) ? new TableEvolution(delta, found => plan = found) : new TableEvolution(delta);
                    var result = await ChangeAsync(() => change(call, evolution, cancellationToken));
                    var version = plan?.Version ?? result?.Version ?? await delta.LatestVersionAsync(cancellationToken);
                    if (call.Get(dryRun))
                        PlanOutput.Show(call, version, plan?.Changes ?? []);
                    else
                        call.Output.Item(
                            JsonSerializer.SerializeToElement(new { version, changed = result is not null }),
                            Output.Column.Of("Version", "version"),
                            Output.Column.Of("Changed", "changed")
                        );
                })
        );
    }

    private static async Task<CommitResult?> ChangeAsync(Func<Task<CommitResult?>> change)
    {
        try
        {
            return await change();
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw new CliFailure(ExitCode.Usage, exception.Message, exception);
        }
    }

    private static Argument<string> Column() => Symbols.Text("COLUMN", "The column, or the way to a field: address.zip, items.element.price, tags.key");

    private static DeltaType TypeOf(string text) => TypeText.Parse(text);

    private static Dictionary<string, string> PropertiesOf(string[] pairs)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=');
            if (!properties.TryAdd(pair[..at], pair[(at + 1)..]))
                throw new CliFailure(ExitCode.Usage, $"The property {pair[..at]} is given twice.");
        }

        return properties;
    }
}
