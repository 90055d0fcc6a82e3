using System.Text;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>Lines that were cut, doubled, lost or joined.</summary>
internal static class LineDamage
{
    public static byte[] Apply(byte[] bytes, Random random)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n').ToList();
        var at = random.Next(lines.Count);
        switch (random.Next(7))
        {
            case 0:
                lines.Insert(random.Next(lines.Count + 1), lines[at]);
                break;
            case 1:
                lines.RemoveAt(at);
                break;
            case 2:
                lines[at] = lines[at][..random.Next(lines[at].Length + 1)];
                break;
            case 3:
                lines[at] += lines[random.Next(lines.Count)];
                break;
            case 4:
                lines.Insert(at, random.Next(2) == 0 ? "" : new string(' ', random.Next(1, 50)));
                break;
            case 5:
                return Encoding.UTF8.GetBytes(string.Join("\r\n", lines));
            default:
                lines.AddRange(Enumerable.Repeat(lines[at], random.Next(1, 30)));
                break;
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }
}
