using System.Text.Json;
using Spectre.Console;
using Tideway.Cli.Output;

namespace Tideway.Cli.Syncs;

/// <summary>Shows how far a run is, on standard error: a bar for people, a line at each tenth for logs.</summary>
internal static class RunProgress
{
    /// <summary>Runs <paramref name="follow"/>, which reports the run whenever it looked at it.</summary>
    public static async Task<JsonElement> ShowAsync(
        CliEnvironment environment,
        string name,
        Func<Action<JsonElement>, CancellationToken, Task<JsonElement>> follow,
        CancellationToken cancellationToken
    )
    {
        if (!environment.IsInteractive)
            return await follow(Lines(environment, name), cancellationToken);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(environment.Error), Interactive = InteractionSupport.Yes });
        return await console
            .Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(SafeText.Of(name)), maxValue: 1);
                task.IsIndeterminate = true;
                return await follow(
                    run =>
                    {
                        if (Share(run) is not { } share)
                            return;
                        task.IsIndeterminate = false;
                        task.Value = share;
                        task.Description = Markup.Escape(SafeText.Of($"{name}  {Amount(run)}"));
                    },
                    cancellationToken
                );
            });
    }

    private static Action<JsonElement> Lines(CliEnvironment environment, string name)
    {
        var last = -1;
        return run =>
        {
            var tenth = Share(run) is { } share ? (int)(share * 10) : 0;
            if (tenth == last)
                return;
            last = tenth;
            environment.Error.WriteLine(SafeText.Of($"{name}: {Column.Of("", "state").Text(run)} {tenth * 10}% {Amount(run)}"));
        };
    }

    private static double? Share(JsonElement run) =>
        Number(run, "bytes_total") is > 0 and var total ? Math.Clamp((Number(run, "bytes_done") ?? 0) / (double)total, 0, 1) : null;

    private static string Amount(JsonElement run) =>
        $"{Number(run, "files_done") ?? 0}/{Number(run, "files_total") ?? 0} files, {BytesText.Of(Number(run, "bytes_done") ?? 0)} of {BytesText.Of(Number(run, "bytes_total") ?? 0)}";

    private static long? Number(JsonElement run, string name) =>
        Column.Find(run, name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;
}
