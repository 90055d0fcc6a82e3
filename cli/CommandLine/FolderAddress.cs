namespace Tideway.Cli.CommandLine;

/// <summary>The folder of a table as the server is told it: an absolute address.</summary>
internal static class FolderAddress
{
    /// <summary>An address stays as it is; a path is taken from the folder that the command runs in, since the server runs in another.</summary>
    public static string Of(string text) => text.Contains("://", StringComparison.Ordinal) ? text : new Uri(Path.GetFullPath(text)).AbsoluteUri;
}
