using System.Text.Json;

namespace Tideway.Cli.Login;

/// <summary>Where the last login is kept: <c>$TIDEWAY_CONFIG</c>, else <c>$XDG_CONFIG_HOME/tideway/config.json</c>, else below <c>~/.config</c>. For its owner only.</summary>
internal static class ConfigFile
{
    private const string Variable = "TIDEWAY_CONFIG";
    private const UnixFileMode OthersMayRead = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static string PathIn(CliEnvironment environment)
    {
        if (environment.Variable(Variable) is { Length: > 0 } path)
            return path;
        var home = environment.Variable("XDG_CONFIG_HOME") is { Length: > 0 } folder
            ? folder
            : Path.Combine(environment.Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return Path.Combine(home, "tideway", "config.json");
    }

    public static Connection? Read(CliEnvironment environment)
    {
        var path = PathIn(environment);
        if (!File.Exists(path))
            return null;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OthersMayRead) != UnixFileMode.None)
            throw new CliFailure(ExitCode.Denied, $"{path} holds a token and others may read it; run: chmod 600 {path}");
        try
        {
            var kept = JsonElement.Parse(File.ReadAllText(path));
            return new Connection(new Uri(kept.GetProperty("url").GetString()!), kept.GetProperty("token").GetString()!);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or UriFormatException)
        {
            throw new CliFailure(ExitCode.Failed, $"{path} is not what 'tideway login' wrote: {exception.Message}", exception);
        }
    }

    public static void Write(CliEnvironment environment, Connection connection)
    {
        var path = PathIn(environment);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        PrivateFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(new { url = connection.Url.ToString(), token = connection.Token }));
    }

    public static bool Delete(CliEnvironment environment)
    {
        var path = PathIn(environment);
        if (!File.Exists(path))
            return false;
        File.Delete(path);
        return true;
    }
}
