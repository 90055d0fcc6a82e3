using System.CommandLine;
using Tideway.Cli.Api;
using Tideway.Cli.Login;
using Tideway.Cli.Output;

namespace Tideway.Cli.CommandLine;

/// <summary>One run of a command: what was asked for, and what it needs to do it.</summary>
internal sealed class Call(ParseResult parsed, CommandSet commands) : IDisposable
{
    private ApiClient? api;
    private ResultWriter? output;

    public CliEnvironment Environment => commands.Environment;

    /// <summary>What <c>--output</c> asks for.</summary>
    public string Format => parsed.GetValue(commands.Global.Output)!;

    public ResultWriter Output => output ??= new ResultWriter(commands.Environment, Format == "json");

    public TimeSpan Timeout => parsed.GetValue(commands.Global.Timeout) ?? GlobalOptions.DefaultTimeout;

    /// <summary>The server, with the credential that is in force.</summary>
    public ApiClient Api =>
        api ??= new ApiClient(Connection.Find(Environment, parsed.GetValue(commands.Global.Url), parsed.GetValue(commands.Global.Token)), Timeout);

    /// <summary>The address that is in force, and the token that came with the command.</summary>
    public (Uri Url, string? Token) Given =>
        (
            Connection.FindUrl(Environment, parsed.GetValue(commands.Global.Url)),
            parsed.GetValue(commands.Global.Token) ?? Environment.Variable(Connection.TokenVariable)
        );

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>Whether the option is on the command line.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Asks before something that cannot be undone, unless <paramref name="yes"/> was given.</summary>
    public void Confirm(Option<bool> yes, string question)
    {
        if (parsed.GetValue(yes))
            return;
        if (!Environment.IsInteractive)
            throw new CliFailure(ExitCode.Usage, $"{question} Nobody can be asked here; give --yes to go ahead.");
        Environment.Error.Write($"{SafeText.Of(question)} [y/N] ");
        if (Environment.In.ReadLine()?.Trim().ToUpperInvariant() is not ("Y" or "YES"))
            throw new CliFailure(ExitCode.Failed, "Nothing was changed.");
    }

    /// <summary>Text of a file; of standard input for <c>-</c>.</summary>
    public async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (path == "-")
            return await Environment.In.ReadToEndAsync(cancellationToken);
        if (!File.Exists(path))
            throw new CliFailure(ExitCode.NotFound, $"There is no file {path}.");
        return await File.ReadAllTextAsync(path, cancellationToken);
    }

    public void Dispose() => api?.Dispose();
}
