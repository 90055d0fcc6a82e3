namespace Tideway.Standalone;

/// <summary>The few options that have short names; every other setting is given as <c>--Section:Key value</c> or in the environment as <c>Section__Key</c>.</summary>
internal static class CommandLine
{
    public const string Help = """
        Tideway, all services of one organisation in one process.

        Usage: dotnet run --project standalone -- [options]

          --folder DIR      everything the organisation keeps: databases, tables, keys (default: data)
          --listen URL      address to listen on (default: http://127.0.0.1:8080)
          --public URL      address where partners reach this organisation (default: the one it listens on)
          --Section:Key V   any other setting, for example --CdfPublisher:PollInterval 00:00:05
          --help

        The first start prints the token of an administrator, once. Exit codes: 0 stopped, 1 failed, 2 a setting is wrong,
        3 the folder is in use by another process, 4 the address is in use.
        """;

    public static IDictionary<string, string> Switches { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["--folder"] = $"{StandaloneOptions.Section}:{nameof(StandaloneOptions.Folder)}",
            ["--listen"] = $"{StandaloneOptions.Section}:{nameof(StandaloneOptions.Listen)}",
            ["--public"] = "Public:Url",
        };

    /// <summary>
    /// What is wrong with the arguments, or <see langword="null"/>. The configuration would take any of them in silence, and a misspelt
    /// option would start an organisation in another folder than was meant.
    /// </summary>
    public static string? Complaint(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var (name, isWhole) = args[i].IndexOf('=', StringComparison.Ordinal) is var end and > 0 ? (args[i][..end], true) : (args[i], false);
            if (!name.StartsWith("--", StringComparison.Ordinal))
                return $"Expected an option, got '{name}'.";
            if (!name.Contains(':', StringComparison.Ordinal) && !Switches.ContainsKey(name))
                return $"There is no option '{name}'.";
            if (!isWhole && ++i == args.Count)
                return $"The option '{name}' needs a value.";
        }

        return null;
    }
}
