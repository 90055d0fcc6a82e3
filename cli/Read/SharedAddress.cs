using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.Cli.Read;

/// <summary>What sharing clients call a table by: <c>PROFILE#share.schema.table</c>. The profile file alone, or a part of the name, asks for a list.</summary>
internal sealed record SharedAddress(string Profile, IReadOnlyList<string> Names)
{
    /// <summary>The table, where the whole name is given.</summary>
    public SharedTableName? Table => Names is [var share, var schema, var table] ? new SharedTableName(share, schema, table) : null;

    /// <summary>Reads the text. A share may be named with dots, a schema and a table may not, so the last two dots of three names count.</summary>
    public static SharedAddress Parse(string text)
    {
        // A path may hold the sign too; names hold none of it in practice, and clients look for the last one.
        var hash = text.LastIndexOf('#');
        if (hash < 0)
            return new SharedAddress(text, []);
        var (profile, name) = (text[..hash], text[(hash + 1)..]);
        if (profile.Length == 0)
            throw new CliFailure(ExitCode.Usage, $"Expected PROFILE#share.schema.table, got '{text}' with no profile file before the #.");
        return new SharedAddress(profile, name.Length == 0 ? [] : ParseNames(name));
    }

    /// <summary>The names before, between and after the dots: of a share, a schema and what is in it.</summary>
    public static IReadOnlyList<string> ParseNames(string name)
    {
        var parts = name.Split('.');
        string[] names = parts.Length <= 3 ? parts : [string.Join('.', parts[..^2]), parts[^2], parts[^1]];
        if (SharingName.FindShareFault(names[0]) is { } shareFault)
            throw new CliFailure(ExitCode.Usage, $"'{names[0]}' is no name of a share: {shareFault}.");
        foreach (var other in names.Skip(1))
        {
            if (SharingName.FindObjectFault(other) is { } fault)
                throw new CliFailure(ExitCode.Usage, $"'{other}' is no name of a schema or what is in it: {fault}.");
        }

        return names;
    }
}
