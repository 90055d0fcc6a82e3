using Tideway.Cli.Read;
using Tideway.DeltaSharing.Client;

namespace Tideway.Cli.Volumes;

/// <summary>A volume of a profile file and a path in it: <c>PROFILE#share.schema.volume/path</c>. The profile file alone, or a part of the name, asks for a list.</summary>
internal sealed record VolumeAddress(string Profile, IReadOnlyList<string> Names, string Path)
{
    /// <summary>The volume; where the name is not whole, that is told.</summary>
    public SharedVolumeName Volume =>
        Names is [var share, var schema, var volume]
            ? new SharedVolumeName(share, schema, volume)
            : throw new CliFailure(ExitCode.Usage, $"Expected PROFILE#share.schema.volume, got '{Profile}#{string.Join('.', Names)}'.");

    /// <summary>
    /// Reads the text. Paths of profiles and of files may hold the sign that separates them: what is before it counts as the profile where there is such a
    /// file, or it is the first sign.
    /// </summary>
    public static VolumeAddress Parse(string text, Func<string, bool> isFile)
    {
        var signs = Enumerable.Range(0, text.Length).Where(i => text[i] == '#').ToList();
        if (signs.Count == 0)
            return new VolumeAddress(text, [], "");
        var hash = signs.Cast<int?>().FirstOrDefault(sign => isFile(text[..sign!.Value])) ?? signs[0];
        var (profile, rest) = (text[..hash], text[(hash + 1)..]);
        if (profile.Length == 0)
            throw new CliFailure(ExitCode.Usage, $"Expected PROFILE#share.schema.volume, got '{text}' with no profile file before the #.");
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (name, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..].TrimEnd('/'));
        var names = name.Length == 0 ? [] : SharedAddress.ParseNames(name);
        if (path.Length > 0 && path.Split('/').Any(segment => segment is "" or "." or ".."))
            throw new CliFailure(ExitCode.Usage, $"'{path}' is no path in a volume: it has an empty segment, . or ...");
        return new VolumeAddress(profile, names, path);
    }
}
