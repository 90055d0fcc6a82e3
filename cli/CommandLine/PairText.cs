namespace Tideway.Cli.CommandLine;

/// <summary>Properties as they are given, KEY=VALUE; a value may be empty.</summary>
internal static class PairText
{
    public static Dictionary<string, string> Read(string[] pairs)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new CliFailure(ExitCode.Usage, $"--property must be KEY=VALUE; got '{pair}'.");
            properties[pair[..at]] = pair[(at + 1)..];
        }

        return properties;
    }
}
