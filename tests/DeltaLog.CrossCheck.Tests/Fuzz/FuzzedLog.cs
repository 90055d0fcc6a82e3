using System.Text;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>A log with one to four things wrong with it, made from a seed.</summary>
internal sealed class FuzzedLog
{
    private readonly Random random;
    private readonly List<string> history = [];

    private FuzzedLog(int seed) => random = new Random(seed);

    public MemoryStore Store { get; } = new();

    /// <summary>Whether lines only changed their order within a file, so that the log means what it did.</summary>
    public bool IsOnlyReordered { get; private set; }

    public static FuzzedLog Make(int seed)
    {
        var log = new FuzzedLog(seed);
        log.Fill();
        return log;
    }

    /// <summary>What was done, and the files that came of it.</summary>
    public string Describe()
    {
        var text = new StringBuilder().AppendJoin("; ", history).AppendLine();
        foreach (var (key, bytes) in Store.Objects)
        {
            var content = Encoding.UTF8.GetString(bytes);
            text.Append("--- ").AppendLine(key).AppendLine(content.Length > 1500 ? $"{content[..1500]} ... ({bytes.Length} bytes)" : content);
        }

        return text.Length > 6_000 ? text.ToString(0, 6_000) : text.ToString();
    }

    private void Fill()
    {
        var source = LogCorpus.All[random.Next(LogCorpus.All.Count)];
        foreach (var (key, bytes) in source)
            Store[key] = bytes;
        if (random.Next(40) == 0)
        {
            foreach (var key in CommitKeys())
                Store[key] = Lines(key, lines => random.Shuffle(lines));
            IsOnlyReordered = true;
            history.Add("reordered");
            return;
        }

        for (var count = 1 + (random.Next(3) == 0 ? random.Next(1, 4) : 0); count > 0; count--)
            Damage();
    }

    private string[] CommitKeys() => [.. Store.Objects.Select(pair => pair.Key).Where(key => LogNames.IsCommit(key))];

    private void Damage()
    {
        var keys = Store.Objects.Select(pair => pair.Key).ToArray();
        if (keys.Length == 0)
            return;
        var key = keys[random.Next(keys.Length)];
        var kind = random.Next(20);
        history.Add($"{kind} on {key}");
        switch (kind)
        {
            case 0 or 1:
                Store[key] = ByteDamage.Apply(Store[key], random);
                break;
            case 2:
                Store[key] = RandomBytes();
                break;
            case 3:
                Store[key] = Lines(key, lines => random.Shuffle(lines));
                break;
            case 4:
                Store[key] = LineDamage.Apply(Store[key], random);
                break;
            case 5:
                MoveFile(key);
                break;
            case 6:
                Store[LogNames.Hostile(random)] = random.Next(2) == 0 ? RandomBytes() : Store[key];
                break;
            case 7:
                Store["_delta_log/_last_checkpoint"] = Encoding.UTF8.GetBytes(
                    $$"""{"version":{{HostileValues.Any(random)}},"size":{{HostileValues.Any(random)}}}"""
                );
                break;
            case 8:
                AddLine(key);
                break;
            default:
                ReplaceInLine(key);
                break;
        }
    }

    private void MoveFile(string key)
    {
        var bytes = Store[key];
        Store.Remove(key);
        if (random.Next(3) > 0)
            Store[LogNames.Hostile(random)] = bytes;
    }

    private void AddLine(string key)
    {
        var actions = new[]
        {
            "add",
            "remove",
            "metaData",
            "protocol",
            "txn",
            "domainMetadata",
            "cdc",
            "commitInfo",
            "checkpointMetadata",
            "sidecar",
            "future",
        };
        var line = $"\n{{\"{random.GetItems(actions, 1)[0]}\":{HostileValues.Any(random)}}}\n";
        Store[key] = [.. Store[key], .. Encoding.UTF8.GetBytes(line)];
    }

    private void ReplaceInLine(string key) =>
        Store[key] = Lines(
            key,
            lines =>
            {
                var index = random.Next(lines.Length);
                for (var times = random.Next(1, 3); times > 0; times--)
                    lines[index] = JsonTokens.ReplaceOne(lines[index], random);
            }
        );

    private byte[] Lines(string key, Action<string[]> change)
    {
        var lines = Encoding.UTF8.GetString(Store[key]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
            return Store[key];
        change(lines);
        return Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
    }

    private byte[] RandomBytes()
    {
        var bytes = new byte[random.Next(400)];
        random.NextBytes(bytes);
        return bytes;
    }
}
