using System.Security.Cryptography;

namespace Tideway.Hosting.Secrets;

/// <summary>The file with the keys of <see cref="SecretOptions.KeyFile"/>.</summary>
public static class SecretKeyFile
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Makes the file with one new key, readable by this user alone, where it does not exist. For a process that may look after its own key;
    /// whoever loses the file loses what was encrypted.
    /// </summary>
    public static void Ensure(string path)
    {
        if (File.Exists(path))
            return;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        using var turn = Turn(Path.Combine(folder, $".{Path.GetFileName(path)}.lock"));
        if (File.Exists(path))
            return;
        // Moving a finished file makes sure that nobody reads half a key.
        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.CreateVersion7():N}");
        using (var writer = new StreamWriter(draft, ForOwner(FileMode.CreateNew)))
            writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretKey.Size)));
        File.Move(draft, path, overwrite: false);
    }

    // A move that does not overwrite looks first and moves then: of two at once both would win, and one key would be lost.
    private static FileStream Turn(string path)
    {
        FileStream? turn = null;
        SpinWait.SpinUntil(
            () =>
            {
                try
                {
                    turn = new FileStream(path, ForOwner(FileMode.OpenOrCreate));
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            LongestWait
        );
        return turn ?? new FileStream(path, ForOwner(FileMode.OpenOrCreate));
    }

    private static FileStreamOptions ForOwner(FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    internal static IReadOnlyList<SecretKey> Read(string path)
    {
        if (!File.Exists(path))
            throw new SecretProtectionException(SecretProtectionError.NoKey, $"The key file {path} was expected and is not there.");
        var keys = new List<SecretKey>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#'))
                continue;
            keys.Add(
                SecretKey.Parse(line)
                    ?? throw new SecretProtectionException(
                        SecretProtectionError.NoKey,
                        $"Line {number} of the key file {path} was expected to be {SecretKey.Size} bytes as Base64."
                    )
            );
        }

        return keys.Count > 0 ? keys : throw new SecretProtectionException(SecretProtectionError.NoKey, $"The key file {path} holds no key.");
    }
}
