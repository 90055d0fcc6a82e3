namespace Tideway.Cli.Tables;

/// <summary>Pairs that are given as NAME=VALUE.</summary>
internal static class Assignments
{
    /// <summary>The pairs; what stands before the first equals sign is the name.</summary>
    public static Dictionary<string, string> Of(IEnumerable<string> texts, string option)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || at == text.Length - 1)
                throw new CliFailure(ExitCode.Usage, $"{option} must be a name, an equals sign and a value; got '{text}'.");
            if (!pairs.TryAdd(text[..at].Trim(), text[(at + 1)..].Trim()))
                throw new CliFailure(ExitCode.Usage, $"{option} names '{text[..at].Trim()}' twice.");
        }

        return pairs.Count > 0 ? pairs : throw new CliFailure(ExitCode.Usage, $"{option} is needed at least once.");
    }
}
