"""The drill: real processes, killed at random while people hold reviews; nothing may be lost or said twice."""
