using System.Security.Cryptography;

namespace Tideway.Hosting.Secrets;

/// <summary>The file with the keys of <see cref="SecretOptions.KeyFile"/>.</summary>
public static class SecretKeyFile
{
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
        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.CreateVersion7():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, options))
            writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretKey.Size)));
        try
        {
            // Moving a finished file makes sure that nobody reads half a key, and that the first of two wins.
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
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
